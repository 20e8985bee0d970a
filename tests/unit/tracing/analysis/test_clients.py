"""What each client did."""


def test_clients_have_one_row_each(broadcast):
    table = broadcast.clients()
    assert table["client"].tolist() == [0, 1, 2]
    assert table.shown("outcome").tolist() == ["ok"] * 3
    assert table["received"].tolist() == [4, 4, 4]
    assert table["sent"].tolist() == [4, 4, 4]
