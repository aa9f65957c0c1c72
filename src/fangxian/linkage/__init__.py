"""Linkage: records that carry no usable id number, and the known people whom they may be about."""
