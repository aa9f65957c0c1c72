"""Train the model of linkage that ships anew, on invented people: `make linkage-model` writes `src/fangxian/linkage/model.json`."""

import sys
from pathlib import Path

from fangxian.linkage.files import work_space
from fangxian.linkage.normal import normalise
from fangxian.linkage.training import save, train
from fangxian.world.namesakes import KNOWN, ON, Namesakes

PEOPLE = 30_000
SEED = 11
MODEL = Path(__file__).parents[1] / "src" / "fangxian" / "linkage" / "model.json"


def main(path: Path) -> None:
    """Train on a register and as many records, and write the model."""
    world = Namesakes.make(PEOPLE, PEOPLE, seed=SEED)
    with work_space() as connection:
        for table, frame, unique_id in (("register", world.register, "证件号码"), ("record", world.records, "编号")):
            connection.register("cells", frame.to_arrow())
            normalise(connection, "cells", unique_id=f'"{unique_id}"', into=table, on=ON, headings={"证件类型": "", "居住地代码": ""})
            connection.unregister("cells")
        save(train(connection, "register", "record", likely=KNOWN / PEOPLE), path)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else MODEL)
