//! Plans of any size, for cost.

use std::fmt::Write;

/// A phase of so many steps on a handful of resources, and procedures that take it back.
pub fn plan(steps: usize, rollbacks: usize) -> String {
    let mut out = String::from("plan big \"Big\" { rto 90d }\n");
    for r in 0..5 {
        let _ = writeln!(out, "resource r{r} : sqlite {{ path = \"r{r}.db\" }}\nbackup b{r} of r{r}");
    }
    out.push_str("service s : systemd { unit = \"s\"; writes r0, r1 }\nphase go {\nstop s\n");
    for r in 0..5 {
        let _ = writeln!(out, "take backup b{r}");
    }
    for n in 0..steps {
        let _ = writeln!(out, "step w{n} modifies r{} timeout 1s {{ sh \"./w\" }}", n * 5 / steps.max(1));
    }
    out.push_str("start s\n}\n");
    for i in 0..rollbacks {
        let _ = writeln!(out, "rollback back{i} of go {{\ndata_lost \"x\"\nstop s");
        for r in 0..5 {
            let _ = writeln!(out, "restore r{r} from b{r}\nverify v{r} {{ sql r{r} \"select 1\" == 1 }}");
        }
        out.push_str("start s\n}\n");
    }
    out
}
