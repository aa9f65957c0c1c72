"""Recognition between regions: signed messages about one person who shows a code of the other region, under an agreement."""
