//! Repeated auctions to the same buyers without commitment: random markets, the closed recursion, invariances, play.

mod brute;
mod common;

use brute::random_market;
use common::solved;

/// A random market whose holder auctions to the same buyers again and again; she cannot use the ticket herself.
fn repeated(seed: u64) -> String {
    let mut kept = String::new();
    let mut skipping = false;
    for line in random_market(seed).0.lines() {
        if line.starts_with('[') {
            skipping = line == "[participation]" && seed % 3 != 0;
        }
        let dropped = ["own_cost", "sale", "pool"].iter().any(|key| line.starts_with(key));
        if !skipping && !dropped {
            kept += line;
            kept.push('\n');
        }
        if line == "[holder]" {
            kept += "sale = \"until_sold\"\npool = \"fixed\"\n";
        }
    }
    kept
}

#[test]
fn zz_random() {
    let mut bad = 0;
    for seed in 0..1000 {
        let text = repeated(seed);
        let started = std::time::Instant::now();
        let result = std::panic::catch_unwind(|| {
            let solved = solved(&text);
            let r = solved.equilibrium.repeated.as_ref().unwrap();
            if !solved.equilibrium.certificate.verified {
                println!(
                    "seed {seed} err {:e} dev {:e} both {:e}\n{text}",
                    r.pool.error(),
                    r.pool.deviation(),
                    solved.equilibrium.path.holder_revenue - r.pool.seller_value()
                );
            }
            (solved.equilibrium.certificate, solved.summary.seller_value)
        });
        match result {
            Ok((certificate, _)) if certificate.verified => {}
            Ok((certificate, value)) => {
                bad += 1;
                println!("seed {seed} W {value} {certificate:?} {:?}", started.elapsed());
            }
            Err(_) => {
                bad += 1;
                println!("seed {seed} PANIC\n{text}");
            }
        }
        if started.elapsed().as_secs_f64() > 2.0 {
            println!("seed {seed} SLOW {:?}", started.elapsed());
        }
    }
    println!("{bad} bad");
}

#[test]
fn zz_one() {
    let seed: u64 = std::env::var("SEED").unwrap().parse().unwrap();
    let text = repeated(seed);
    let solved = solved(&text);
    let r = solved.equilibrium.repeated.as_ref().unwrap();
    println!("{text} {:?}", solved.equilibrium.certificate);
    for slot in 0..r.pool.slots() {
        for (state, node) in solved.equilibrium.induction.timing.slot(slot).iter().enumerate() {
            let l = r.rounds.likeliest(slot, state).map(|x| (x.lowest, x.reach));
            println!(
                "{slot} {state} {l:?} {:?} y {:?} rho {:?} Pi {} W {} wait {:?} tie {}",
                node.decision,
                node.auction.participation_cutoff,
                node.auction.reserve_price,
                node.auction.revenue,
                node.value,
                node.waiting_value,
                node.indifferent
            );
        }
    }
}
