"""Numbered SQL files, applied in order by `fangxian.store.migrating`."""
