"""exploration"""
import os, time
from collections import Counter
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings, strategies as st
from fangxian.web.api.app import PREFIX

EXAMPLES = int(os.environ.get("FANGXIAN_FUZZ", "8"))
def RIGHT(o):
    return ("nobody","gate") if "verification" in o.path else ("nobody","source_owner","appeal_officer","officer","doctor","auditor","employer") if o.path.startswith("/staff") else ("nobody","citizen")


def test_explore(town):
    schema = schemathesis.openapi.from_url(f"{town.address}{PREFIX}/openapi.json")
    failures = Counter()
    for result in schema.get_all_operations():
        operation = result.ok()
        began = time.time(); said = Counter()
        for who, headers in town.askers.items():
            if operation.path.endswith("log-out") or operation.method.upper()=="DELETE": continue
            if who not in RIGHT(operation): continue
            @settings(max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
            @given(case=operation.as_strategy(), data=st.data())
            def run(case, data):
                if "place" in case.path_parameters and data.draw(st.integers(0,4)): case.path_parameters["place"] = 0
                refs = [r for l in town.references.values() for r in l]
                if "reference" in case.path_parameters and data.draw(st.booleans()): case.path_parameters["reference"] = data.draw(st.sampled_from(refs))
                response = case.call(base_url=f"{town.address}{PREFIX}", headers=dict(headers))
                said[response.status_code] += 1
                try:
                    case.validate_response(response)
                except BaseException as e:
                    failures[f"{operation.label} {who} {str(e)[:1500]}"[:1500]] += 1
            try:
                run()
            except BaseException as e:
                failures[f"{operation.label} {who} RAISED {type(e)} {e}"[:600]] += 1
        print(operation.label, f"{time.time()-began:.1f}", dict(said), flush=True)
    import pathlib
    pathlib.Path("/tmp/fuzzZ/found.txt").write_text("\n=====\n".join(f"{n} {k}" for k, n in failures.most_common()))
