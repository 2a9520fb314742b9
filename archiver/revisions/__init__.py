"""Two versions of one text: whether they differ, in what, and word by word. Knows neither database nor HTML."""
