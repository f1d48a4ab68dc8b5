"""Who asked to be erased is left out of what a database gives: no new copy holds the person again (I12)."""

import duckdb
import pyarrow.parquet as pq
import pytest

CUSTOMERS = "shop/customers"
ORDERS = "shop/orders"
OWN = """
sources:
  shop/customers:
    format: postgres
    connection: SHOP_DSN
    columns: {customer_id: id, email: mail, phone: telephone, updated_at: changed}
    %s
"""
TABLE = OWN % "table: customers"
CREATE = """
create table customers (
    id integer primary key, mail text, first_name text, telephone text,
    changed timestamptz default '2026-11-01 10:00Z'
);
insert into customers values (1, 'eva@example.org', 'Eva', '070-174 06 05'), (2, 'bo@example.org', 'Bo', null);
"""
REQUEST = (
    "request_id,kind,email,phone,person_source,person_key,received_at\n"
    "R1,erase,%s,2026-11-02 09:00:00\n"
)
BY = {"e-mail": "EVA@example.org,,,", "phone": ",+46701740605,,", "key": ",,shop,1"}
ORDER = (
    "order_id,customer_id,ordered_at,status,currency,total_amount\n"
    "O1,1,2026-11-01 10:00:00,paid,SEK,10\nO2,2,2026-11-01 10:00:00,paid,SEK,20\n"
)


@pytest.fixture
def shop(database, open_inbox, monkeypatch):
    """Open an inbox whose customers come from a table that holds Eva and Bo."""
    monkeypatch.setenv("SHOP_DSN", database.dsn)
    database.sql(CREATE)
    return open_inbox


def copies(inbox):
    """Who is in each copy, the newest last."""
    folder = inbox.home.deliveries / "shop" / "customers"
    notes = sorted(folder.glob("*.json"), key=lambda note: int(note.name.split(".")[1]))
    files = [note.with_name(note.name.partition(".")[0]) for note in notes]
    return [sorted(pq.read_table(file).column("first_name").to_pylist()) for file in files]


def ask(inbox, by="e-mail"):
    inbox.put("privacy/requests.csv", REQUEST % BY[by])


def touch(database, *ids):
    """Change these rows within the overlap."""
    for number in ids:
        database.sql(f"update customers set changed = '2026-11-01 10:30Z' where id = {number}")


@pytest.mark.parametrize("by", BY)
def test_an_erased_person_is_in_no_extract(shop, by):
    inbox = shop(TABLE)
    ask(inbox, by)
    inbox.take_in(CUSTOMERS)
    assert copies(inbox) == [["Bo"]]
    assert inbox.rows(CUSTOMERS, "first_name") == ["Bo"]


def test_a_change_of_an_erased_person_makes_no_delivery(shop, database):
    inbox = shop(TABLE)
    inbox.take_in(CUSTOMERS)
    ask(inbox)
    touch(database, 1)
    for _ in range(3):
        assert (inbox.take_in(CUSTOMERS).unchanged, copies(inbox)) == (1, [["Bo", "Eva"]])
    touch(database, 2)
    inbox.take_in(CUSTOMERS)
    assert copies(inbox)[1:] == [["Bo"]]
    assert inbox.rows(CUSTOMERS, "first_name") == ["Bo", "Bo"]


def test_a_copy_that_the_person_was_taken_out_of_does_not_bring_the_person_back(shop):
    inbox = shop(TABLE)
    inbox.take_in(CUSTOMERS)
    ask(inbox)
    (copy,) = (f for f in (inbox.home.deliveries / "shop" / "customers").iterdir() if not f.suffix)
    kept = pq.read_table(copy)
    pq.write_table(kept.filter([name != "Eva" for name in kept["first_name"].to_pylist()]), copy)
    for _ in range(3):
        assert (inbox.take_in(CUSTOMERS).loaded, copies(inbox)) == (0, [["Bo"]])


@pytest.mark.parametrize(
    "words",
    [
        "query: select id, mail, first_name from customers",
        "table: customers\n    delivery: snapshot",
    ],
)
def test_where_all_rows_are_asked_for_they_come_once_without_the_person(shop, words):
    inbox = shop((OWN % words).replace(", phone: telephone, updated_at: changed", ""))
    inbox.take_in(CUSTOMERS)
    ask(inbox)
    for _ in range(3):
        inbox.take_in(CUSTOMERS)
        assert copies(inbox) == [["Bo", "Eva"], ["Bo"]]


def test_orders_of_a_person_who_never_arrives_go_too(shop):
    inbox = shop(TABLE + "  shop/orders: {format: csv}\n")
    ask(inbox)
    inbox.put("shop/orders.csv", ORDER)
    inbox.take_in(CUSTOMERS, ORDERS)
    assert inbox.rows(ORDERS, "order_id") == ["O2"]


def test_a_lost_warehouse_knows_whose_orders_go_though_the_database_forgot_the_person(
    shop, database
):
    inbox = shop(TABLE + "  shop/orders: {format: csv}\n")
    ask(inbox)
    inbox.put("shop/orders.csv", ORDER)
    inbox.take_in(CUSTOMERS, ORDERS)
    database.sql("delete from customers where id = 1")
    inbox.warehouse.close()
    inbox.warehouse = duckdb.connect()
    inbox.warehouse.execute("set TimeZone = 'UTC'")
    inbox.take_in(CUSTOMERS, ORDERS)
    assert inbox.rows(ORDERS, "order_id") == ["O2"]
    assert inbox.home.tombstones.stat().st_mode & 0o777 == 0o600
