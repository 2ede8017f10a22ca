//! `rbk check --matrix`: which procedure gets you back from which point of failure.

use super::plans::Unit;
use crate::ir::Program;
use crate::safety::matrix::{Matrix, Row};
use std::fmt::Write;

/// The matrices of all plans.
pub fn show(units: &[Unit]) -> String {
    let programs = units.iter().flat_map(|unit| unit.compiled.programs.iter());
    programs.map(|(program, matrix)| one(program, matrix)).collect()
}

fn one(program: &Program, matrix: &Matrix) -> String {
    let mut out = String::new();
    for (index, procedure) in program.procedures.iter().enumerate() {
        let rows: Vec<&Row> = matrix.of_phase(index).collect();
        let Some(first) = rows.first() else { continue };
        let variant = program.variant.as_ref().map_or_else(String::new, |variant| format!(" ({variant})"));
        let _ = writeln!(out, "{}{variant}: {}", program.plan.head.common.name, procedure.name);
        let mut table = vec![vec![String::from("it failed")]];
        table[0].extend(first.cells.iter().map(|cell| name(program, cell.procedure)));
        table.extend(rows.iter().map(|row| line(row)));
        out.push_str(&aligned(&table));
        for row in rows {
            reasons(program, row, &mut out);
        }
        out.push('\n');
    }
    out
}

fn name(program: &Program, procedure: usize) -> String {
    program.procedures.get(procedure).map_or_else(String::new, |procedure| procedure.name.clone())
}

fn line(row: &Row) -> Vec<String> {
    let mut point = row.point.label();
    if row.resume {
        point.push_str(" (resume)");
    }
    std::iter::once(point).chain(row.cells.iter().map(|cell| cell.verdict.word().to_owned())).collect()
}

/// Why a procedure is not the way back from a point.
fn reasons(program: &Program, row: &Row, out: &mut String) {
    for cell in row.cells.iter().filter(|cell| !cell.verdict.reason().is_empty()) {
        let _ = writeln!(out, "  {}, {}: {}", row.point.label(), name(program, cell.procedure), cell.verdict.reason());
    }
}

/// Columns of equal width, two blanks between them, no blanks at line ends.
fn aligned(table: &[Vec<String>]) -> String {
    let columns = table.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        table.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in table {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        let _ = writeln!(out, "  {}", cells.join("  ").trim_end());
    }
    out
}
