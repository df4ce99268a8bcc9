//! Outlines of our places: which of them an area of an alert touches, and what we send as theirs.
//!
//! An area is laid over points in a grid of some 450 m: a place is touched where two of its points are inside. So an area that
//! was drawn along a border does not touch the neighbours by the width of a pencil, and no real one is missed.

use super::terms::OUTLINES;
use domain::alert::cap::{Circle, Degrees, Point, Polygon};
use domain::content::PlaceCode;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Between two points of the grid, in degrees.
const STEP: f64 = 0.004;
/// Kilometres of a degree of latitude.
const DEGREE: f64 = 111.195;
/// Corners of a small area that are looked at one by one.
const CORNERS: usize = 500;

/// Longitude and latitude, in degrees.
type Spot = (f64, f64);
type Ring = Vec<Spot>;

struct Unit {
    code: PlaceCode,
    /// Polygons, each with its outer ring first.
    polygons: Vec<Vec<Ring>>,
}

/// Points of the grid of one latitude, from west to east, each with the index of its unit.
struct Row {
    lat: f64,
    points: Vec<(f64, usize)>,
}

struct Outlines {
    units: Vec<Unit>,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Topology {
    objects: BTreeMap<String, Collection>,
    transform: Transform,
    arcs: Vec<Vec<(f64, f64)>>,
}

#[derive(Deserialize)]
struct Transform {
    scale: (f64, f64),
    translate: (f64, f64),
}

#[derive(Deserialize)]
struct Collection {
    geometries: Vec<Geometry>,
}

#[derive(Deserialize)]
struct Geometry {
    properties: Properties,
    /// Of a `MultiPolygon`: polygons of rings of indices; negative ones run backwards.
    arcs: Vec<Vec<Vec<i64>>>,
}

#[derive(Deserialize)]
struct Properties {
    code: String,
}

fn outlines() -> &'static Outlines {
    static ALL: OnceLock<Outlines> = OnceLock::new();
    ALL.get_or_init(|| {
        let topology: Topology = serde_json::from_str(OUTLINES).expect("a test reads the instance's own outlines");
        let arcs = arcs(&topology);
        let unit = |geometry: &Geometry| {
            let code = PlaceCode(geometry.properties.code.parse().ok()?);
            let ring = |indices: &Vec<i64>| ring(indices, &arcs);
            let polygons = geometry.arcs.iter().map(|polygon| polygon.iter().map(ring).collect()).collect();
            Some(Unit { code, polygons })
        };
        let units: Vec<Unit> = topology.objects.values().flat_map(|all| &all.geometries).filter_map(unit).collect();
        Outlines { rows: grid(&units), units }
    })
}

/// Arcs in degrees: quantized deltas undone as TopoJSON says.
fn arcs(topology: &Topology) -> Vec<Ring> {
    let Transform { scale, translate } = &topology.transform;
    let arc = |steps: &Vec<(f64, f64)>| {
        let mut at = (0.0, 0.0);
        let point = |step: &(f64, f64)| {
            at = (at.0 + step.0, at.1 + step.1);
            (at.0 * scale.0 + translate.0, at.1 * scale.1 + translate.1)
        };
        steps.iter().map(point).collect()
    };
    topology.arcs.iter().map(arc).collect()
}

fn ring(indices: &[i64], arcs: &[Ring]) -> Ring {
    let mut out = Ring::new();
    for index in indices {
        let Some(arc) = arcs.get(if *index < 0 { !*index } else { *index } as usize) else { continue };
        if *index < 0 { out.extend(arc.iter().rev()) } else { out.extend(arc) }
    }
    out.dedup();
    if out.first() != out.last() {
        out.extend(out.first().copied());
    }
    out
}

fn grid(units: &[Unit]) -> Vec<Row> {
    let spots = || units.iter().flat_map(|unit| unit.polygons.iter().flatten().flatten());
    let south = spots().map(|spot| spot.1).fold(f64::MAX, f64::min);
    let north = spots().map(|spot| spot.1).fold(f64::MIN, f64::max);
    let count = ((north - south) / STEP).ceil().clamp(0.0, 10_000.0) as usize;
    let row = |n: usize| {
        let lat = south + (n as f64 + 0.5) * STEP;
        let mut points = Vec::new();
        for (index, unit) in units.iter().enumerate() {
            let crossings = crossings(unit.polygons.iter().flatten().map(Vec::as_slice), lat);
            for pair in crossings.chunks_exact(2) {
                // The same columns for every unit.
                let mut column = (pair[0] / STEP).ceil();
                while column * STEP < pair[1] {
                    points.push((column * STEP, index));
                    column += 1.0;
                }
            }
        }
        points.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        Row { lat, points }
    };
    (0..count).map(row).collect()
}

/// Where rings cross a latitude, from west to east: in at the first, out at the second, and so on.
fn crossings<'a>(rings: impl Iterator<Item = &'a [Spot]>, lat: f64) -> Vec<f64> {
    let mut found = Vec::new();
    for ring in rings {
        for edge in ring.windows(2) {
            let (a, b) = (edge[0], edge[1]);
            if (a.1 > lat) != (b.1 > lat) {
                found.push(a.0 + (lat - a.1) / (b.1 - a.1) * (b.0 - a.0));
            }
        }
    }
    found.sort_unstable_by(f64::total_cmp);
    found
}

fn spot(point: &Point) -> Spot {
    let degrees = |degrees: Degrees| f64::from(degrees.0) / f64::from(Degrees::ONE);
    (degrees(point.lon), degrees(point.lat))
}

impl Outlines {
    fn unit_at(&self, spot: Spot) -> Option<usize> {
        let inside = |unit: &Unit| {
            let crossings = crossings(unit.polygons.iter().flatten().map(Vec::as_slice), spot.1);
            crossings.iter().filter(|lon| **lon < spot.0).count() % 2 == 1
        };
        self.units.iter().position(inside)
    }

    fn under(&self, polygon: &Polygon, hit: &mut [u32]) {
        let ring: Ring = polygon.0.iter().map(spot).collect();
        let mut any = false;
        for row in &self.rows {
            let crossings = crossings(std::iter::once(ring.as_slice()), row.lat);
            for pair in crossings.chunks_exact(2) {
                let from = row.points.partition_point(|(lon, _)| *lon < pair[0]);
                for (_, unit) in row.points[from..].iter().take_while(|(lon, _)| *lon <= pair[1]) {
                    hit[*unit] += 1;
                    any = true;
                }
            }
        }
        if !any {
            ring.iter().take(CORNERS).filter_map(|spot| self.unit_at(*spot)).for_each(|unit| hit[unit] += 1);
        }
    }

    fn within(&self, circle: &Circle, hit: &mut [u32]) {
        let center = spot(&circle.center);
        let radius = circle.radius.0 as f64 / 1e6;
        let squeeze = center.1.to_radians().cos();
        let mut any = false;
        let north = |row: &Row| (row.lat - center.1) * DEGREE;
        for row in self.rows.iter().filter(|row| north(row).abs() <= radius) {
            let north = north(row);
            for (lon, unit) in &row.points {
                if north.hypot((lon - center.0) * DEGREE * squeeze) <= radius {
                    hit[*unit] += 1;
                    any = true;
                }
            }
        }
        if let (false, Some(unit)) = (any, self.unit_at(center)) {
            hit[unit] += 1;
        }
    }
}

/// The places that these areas touch.
pub fn touched<'a>(polygons: impl Iterator<Item = &'a Polygon>, circles: impl Iterator<Item = &'a Circle>) -> Vec<PlaceCode> {
    let all = outlines();
    let mut hit = vec![false; all.units.len()];
    let mut lay = |shape: &dyn Fn(&mut [u32])| {
        let mut points = vec![0; all.units.len()];
        shape(&mut points);
        // One point alone may lie on the very border; where nothing has more of them, the area is small.
        let least = if points.iter().any(|count| *count > 1) { 2 } else { 1 };
        hit.iter_mut().zip(points).for_each(|(hit, count)| *hit |= count >= least);
    };
    polygons.for_each(|polygon| lay(&|points| all.under(polygon, points)));
    circles.for_each(|circle| lay(&|points| all.within(circle, points)));
    all.units.iter().zip(hit).filter(|(_, hit)| *hit).map(|(unit, _)| unit.code).collect()
}

/// The outline of a place as polygons: what lies within others of its rings is not cut out. None for a place without.
pub fn polygons(place: PlaceCode) -> Vec<Polygon> {
    let point = |(lon, lat): &Spot| {
        // To about a metre; the outlines are no better than 150.
        let degrees = |value: f64| Degrees((value * 1e5).round() as i32 * (Degrees::ONE / 100_000));
        Point { lat: degrees(*lat), lon: degrees(*lon) }
    };
    let unit = outlines().units.iter().find(|unit| unit.code == place);
    let outer = unit.into_iter().flat_map(|unit| &unit.polygons).filter_map(|polygon| polygon.first());
    let outer = outer.map(|ring| {
        let mut points: Vec<Point> = ring.iter().map(point).collect();
        points.dedup();
        Polygon(points)
    });
    outer.filter(|polygon| polygon.0.len() >= 4).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::instance::instance;

    #[test]
    fn what_we_send_of_a_place_is_read_as_that_place_alone() {
        let units = instance().units();
        for code in units.map(|place| PlaceCode(place.code)) {
            let polygons = polygons(code);
            assert!(!polygons.is_empty(), "{code:?}");
            for polygon in &polygons {
                assert_eq!(Polygon::parse(&polygon.to_string()).as_ref(), Ok(polygon));
                // Stores of maps refuse a ring that meets itself.
                let mut corners: Vec<String> = polygon.0[1..].iter().map(Point::to_string).collect();
                corners.sort();
                assert!(corners.windows(2).all(|pair| pair[0] != pair[1]), "{code:?}");
            }
            assert_eq!(touched(polygons.iter(), [].iter()), [code]);
        }
    }

    #[test]
    fn areas_elsewhere_touch_nothing_and_large_ones_all() {
        let polygon = |text: &str| Polygon::parse(text).unwrap();
        assert!(touched([polygon("21,105 21,106 22,106 21,105")].iter(), [].iter()).is_empty());
        assert_eq!(touched([polygon("15,106 18,106 18,109 15,109 15,106")].iter(), [].iter()).len(), 40);
        let circle = |text: &str| Circle::parse(text).unwrap();
        assert!(touched([].iter(), [circle("21,105 10")].iter()).is_empty());
        assert_eq!(touched([].iter(), [circle("16.4,107.5 100")].iter()).len(), 40);
        let near = touched([].iter(), [circle("16.2675,107.2325 0")].iter());
        assert_eq!(near.len(), 1, "a point is in one place: {near:?}");
        let small = touched([polygon("16.2675,107.2325 16.2676,107.2325 16.2676,107.2326 16.2675,107.2325")].iter(), [].iter());
        assert_eq!(small, near);
    }
}
