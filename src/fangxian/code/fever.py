"""When a report of a person's health counts as abnormal."""

import ibis.expr.types as ir


def abnormal_report(report: ir.Table, *, fever_line_c: float) -> ir.BooleanValue:
    """Return whether a declaration or check-in reports a symptom, or an axillary temperature (°C) at the fever line or above."""
    return (report.symptoms != "") | (report.temperature_c >= fever_line_c).fill_null(False)


def abnormal_reading(reading: ir.Table, *, fever_line_c: float, forehead_line_c: float) -> ir.BooleanValue:
    """Return whether a guard's reading is a fever, by the line (°C) of where on the body it was taken."""
    line = (reading.site == "forehead").ifelse(forehead_line_c, fever_line_c)
    return reading.temperature_c >= line
