"""What a panel shows, as plain data: rows, boxes, lanes, places; both painters read it."""
