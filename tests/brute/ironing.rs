//! The ironed virtual cost: slopes of the convex minorant of u·F⁻¹(u).

use super::cost_law::CostLaw;

/// Grid points per smooth piece of the law.
const GRID: usize = 400;

/// A stretch on which the virtual cost is flattened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flat {
    /// Lowest cost of the stretch.
    pub from: f64,
    /// Highest cost of the stretch.
    pub to: f64,
    /// The ironed virtual cost on it.
    pub level: f64,
}

/// The stretches to flatten: found on a grid by walking the lower convex hull, then placed by
/// searching both ends of each for the common tangent.
pub fn flats(law: &CostLaw) -> Vec<Flat> {
    if law.virtual_cost_increases() {
        return Vec::new();
    }
    let height = |u: f64| u * law.quantile(u);
    let mut ends = vec![0.0];
    ends.extend(law.knots().into_iter().map(|x| law.cdf(x)));
    ends.push(1.0);
    let mut grid = vec![0.0];
    for piece in ends.windows(2) {
        grid.extend((1..=GRID).map(|j| piece[0] + (piece[1] - piece[0]) * j as f64 / GRID as f64));
    }
    let slope = |a: f64, b: f64| (height(b) - height(a)) / (b - a);
    let mut hull: Vec<usize> = Vec::new();
    for i in 0..grid.len() {
        while let [.., first, second] = hull[..] {
            if slope(grid[first], grid[second]) < slope(grid[second], grid[i]) {
                break;
            }
            hull.pop();
        }
        hull.push(i);
    }
    let mut flats = Vec::new();
    for edge in hull.windows(2).filter(|edge| edge[1] > edge[0] + 1) {
        let around = |i: usize| (grid[i.saturating_sub(1)], grid[(i + 1).min(grid.len() - 1)]);
        let (left, right) = (around(edge[0]), around(edge[1]));
        let (mut a, mut b) = (grid[edge[0]], grid[edge[1]]);
        for _ in 0..60 {
            a = highest(left, |u| slope(u, b));
            b = highest(right, |u| -slope(a, u));
        }
        flats.push(Flat {
            from: law.quantile(a),
            to: law.quantile(b),
            level: slope(a, b),
        });
    }
    flats
}

/// Where a unimodal function is highest in an interval, ends included.
fn highest(interval: (f64, f64), f: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = interval;
    for _ in 0..80 {
        let third = (high - low) / 3.0;
        if f(low + third) >= f(high - third) {
            high -= third;
        } else {
            low += third;
        }
    }
    let inside = 0.5 * (low + high);
    let better = |x: f64, y: f64| if f(y) >= f(x) { y } else { x };
    better(better(inside, interval.0), interval.1)
}

/// The ironed virtual cost of a type.
pub fn virtual_cost(law: &CostLaw, flats: &[Flat], cost: f64) -> f64 {
    flats
        .iter()
        .find(|flat| cost >= flat.from && cost < flat.to)
        .map_or_else(|| law.virtual_cost(cost), |flat| flat.level)
}
