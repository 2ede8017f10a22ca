//! The one place that knows the parser of SQL: what a statement's tree says of verbs and targets.
//!
//! In: one statement. Out: what it does; nothing if the parser does not know it.

use super::statements::Said;
use super::table::{Effect, Target};
use sqlparser::ast::{
    AlterTableOperation, BinaryOperator, Delete, Expr, FromTable, ObjectType, Query, SetExpr, Statement, TableFactor,
    TableWithJoins, Value,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

/// Nesting that the parser follows; its frames are large, and a thread's stack is not.
const DEPTH: usize = 25;

/// Longer statements than this are data; their first words tell enough.
const LENGTH: usize = 20_000;

/// What a statement does; none if it is not understood. The ranges are left to the caller.
pub fn read(text: &str) -> Option<Vec<Said>> {
    if text.len() > LENGTH {
        return None;
    }
    let mut parser = Parser::new(&GenericDialect {}).with_recursion_limit(DEPTH).try_with_sql(text).ok()?;
    let parsed = parser.parse_statements().ok()?;
    let mut found = Vec::new();
    parsed.iter().all(|statement| one(statement, &mut found)).then_some(found)
}

fn said(effect: Effect, target: Target, says: &str, object: String) -> Said {
    let what = if object.is_empty() { says.to_owned() } else { format!("{says} {object}") };
    Said { range: 0..0, effect, target, what, object }
}

/// Adds what a statement does; false if that can't be told.
fn one(statement: &Statement, found: &mut Vec<Said>) -> bool {
    match statement {
        Statement::Query(query) => return self::query(query, found),
        Statement::Explain { analyze: true, statement, .. } => return one(statement, found),
        Statement::Explain { .. } => {}
        Statement::Delete(delete) => deletes(delete, found),
        Statement::Truncate(truncate) => found.extend(
            truncate
                .table_names
                .iter()
                .map(|table| said(Effect::Destroys, Target::Rows, "empties the table", plain(&table.name.to_string()))),
        ),
        Statement::Drop { object_type, names, temporary: false, .. } => {
            found.extend(names.iter().map(|name| drops(*object_type, plain(&name.to_string()))));
        }
        Statement::AlterTable(alter) => {
            let table = plain(&alter.name.to_string());
            found.extend(alter.operations.iter().flat_map(|operation| alters(operation, &table)));
        }
        Statement::Update(update) => {
            let table = table(&update.table);
            found.push(said(Effect::Modifies, Target::Rows, "changes rows of", table));
        }
        Statement::Insert(insert) => {
            found.push(said(Effect::Modifies, Target::Rows, "adds rows to", plain(&insert.table.to_string())));
        }
        Statement::CreateTable(create) if create.if_not_exists && !create.temporary => {
            let name = plain(&create.name.to_string());
            found.push(said(Effect::Modifies, Target::Schema, "makes sure that there is the table", name));
        }
        Statement::CreateTable(create) if create.temporary => {
            found.push(said(Effect::Reads, Target::Table, "", plain(&create.name.to_string())));
        }
        Statement::CreateTable(create) => {
            found.push(said(Effect::Creates, Target::Table, "creates the table", plain(&create.name.to_string())));
        }
        Statement::CreateDatabase { db_name, .. } => {
            found.push(said(Effect::Creates, Target::Database, "creates the database", plain(&db_name.to_string())));
        }
        Statement::Copy { to: true, .. } => {}
        _ => return false,
    }
    true
}

/// A `WITH` may hold statements that change something.
fn query(query: &Query, found: &mut Vec<Said>) -> bool {
    let tables = query.with.iter().flat_map(|with| &with.cte_tables);
    let inner = tables.map(|table| table.query.as_ref()).all(|inner| self::query(inner, found));
    inner && body(&query.body, found)
}

fn body(body: &SetExpr, found: &mut Vec<Said>) -> bool {
    match body {
        SetExpr::Select(select) => {
            let into = select.into.iter().filter(|into| !into.temporary);
            found.extend(into.map(|into| {
                said(
                    Effect::Creates,
                    Target::Table,
                    "creates the table",
                    plain(&into.targets.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
                )
            }));
            true
        }
        SetExpr::Query(inner) => query(inner, found),
        SetExpr::SetOperation { left, right, .. } => self::body(left, found) && self::body(right, found),
        SetExpr::Insert(statement) | SetExpr::Update(statement) | SetExpr::Delete(statement) => one(statement, found),
        SetExpr::Values(_) | SetExpr::Table(_) => true,
        SetExpr::Merge(_) => false,
    }
}

fn deletes(delete: &Delete, found: &mut Vec<Said>) {
    let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
    let all = delete.selection.as_ref().is_none_or(is_true) && delete.limit.is_none();
    let (effect, says) =
        if all { (Effect::Destroys, "deletes every row of") } else { (Effect::Modifies, "deletes rows of") };
    found.extend(from.iter().map(|from| said(effect, Target::Rows, says, table(from))));
}

/// `WHERE true`, `WHERE 1 = 1`.
fn is_true(condition: &Expr) -> bool {
    match condition {
        Expr::Value(value) => matches!(&value.value, Value::Boolean(true)),
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
            matches!((left.as_ref(), right.as_ref()), (Expr::Value(left), Expr::Value(right)) if left.value == right.value)
        }
        Expr::Nested(inner) => is_true(inner),
        _ => false,
    }
}

fn drops(kind: ObjectType, name: String) -> Said {
    let says = format!("drops the {}", kind.to_string().to_lowercase());
    let (effect, target) = match kind {
        ObjectType::Table | ObjectType::Schema => (Effect::Destroys, Target::Table),
        ObjectType::Database => (Effect::Destroys, Target::Database),
        ObjectType::Role | ObjectType::User => (Effect::Credential, Target::Users),
        _ => (Effect::Modifies, Target::Schema),
    };
    said(effect, target, &says, name)
}

fn alters(operation: &AlterTableOperation, table: &str) -> Vec<Said> {
    let lost = |what: String| Said {
        range: 0..0,
        effect: Effect::Destroys,
        target: Target::Table,
        what,
        object: table.to_owned(),
    };
    match operation {
        AlterTableOperation::DropColumn { column_names, .. } => {
            let one = |name: &sqlparser::ast::Ident| lost(format!("drops the column {} of {table}", name.value));
            column_names.iter().map(one).collect()
        }
        AlterTableOperation::DropPartitions { .. } => vec![lost(format!("drops partitions of {table}"))],
        _ => vec![said(Effect::Modifies, Target::Schema, "alters the table", table.to_owned())],
    }
}

fn table(table: &TableWithJoins) -> String {
    match &table.relation {
        TableFactor::Table { name, .. } => plain(&name.to_string()),
        other => plain(&other.to_string()),
    }
}

/// A name without the quotes of its parts.
fn plain(name: &str) -> String {
    name.replace(['"', '`', '[', ']'], "")
}
