//! `rbk check --matrix`: which procedure gets you back from which point of failure.

use super::plans::Unit;
use crate::ir::{Procedure, Program};
use crate::safety::matrix::{Cell, Matrix, Row};
use serde_json::{Value, json};
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
        reasons(program, &rows, &mut out);
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

/// Why a procedure is not the way back: each reason once, with the points from and to which it holds.
fn reasons(program: &Program, rows: &[&Row], out: &mut String) {
    let columns = rows.first().map_or(0, |row| row.cells.len());
    for column in 0..columns {
        let mut begin = 0;
        while let Some(first) = rows.get(begin) {
            let why = |row: &Row| row.cells.get(column).map(|cell| cell.verdict.clone());
            let same = rows[begin..].iter().take_while(|row| why(row) == why(first)).count().max(1);
            let last = rows[begin + same - 1];
            begin += same;
            let Some(cell) = first.cells.get(column).filter(|cell| !cell.verdict.reason().is_empty()) else { continue };
            let (from, to) = (first.point.label(), last.point.label());
            let points = if same == 1 { from } else { format!("{from} … {to}") };
            let _ = writeln!(out, "  {}, {points}: {}", name(program, cell.procedure), cell.verdict.reason());
        }
    }
}

/// The matrices of all plans, for programs.
pub fn json(units: &[Unit]) -> Vec<Value> {
    let programs = units.iter().flat_map(|unit| unit.compiled.programs.iter());
    programs.flat_map(|(program, matrix)| phases(program, matrix)).collect()
}

fn phases(program: &Program, matrix: &Matrix) -> Vec<Value> {
    let cell = |cell: &Cell| {
        let reason = Some(cell.verdict.reason()).filter(|reason| !reason.is_empty());
        json!({"procedure": name(program, cell.procedure), "verdict": cell.verdict.word(), "reason": reason})
    };
    let row = |row: &Row| {
        let cells: Vec<Value> = row.cells.iter().map(cell).collect();
        json!({"point": row.point.label(), "past": row.past, "resume": row.resume, "cells": cells})
    };
    let phase = |(index, procedure): (usize, &Procedure)| {
        let rows: Vec<Value> = matrix.of_phase(index).map(row).collect();
        let plan = &program.plan.head.common.name;
        (!rows.is_empty())
            .then(|| json!({"plan": plan, "variant": program.variant, "phase": procedure.name, "rows": rows}))
    };
    program.procedures.iter().enumerate().filter_map(phase).collect()
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
