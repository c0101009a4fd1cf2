"""The parts of the view: each computes one section of a report from the Report, without knowing any format."""
