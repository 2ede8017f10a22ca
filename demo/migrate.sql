-- The 2.4 migration. It drops a column, adds a table, and then fails halfway: the last statement asks for a column that is gone.
alter table orders drop column total;
create table invoices (id integer primary key, order_id integer references orders (id), amount integer);
insert into invoices (order_id, amount) select id, total from orders;
