//! Draws `map.svg` from the instance's outlines: one symbol per unit (`p{code}`) and `all` for the whole area.
//!
//! A separate file and not inline, so that a phone fetches the outlines once and every alert page only names units.

use serde_json::Value;
use std::fmt::Write;
use std::path::Path;

/// Width of the view box; its height follows from the area.
const WIDTH: f64 = 720.0;
const MARGIN: f64 = 4.0;

/// The SVG for the TopoJSON at `outlines`; views show it in the same view box.
pub fn draw(outlines: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(outlines).map_err(|e| format!("{}: {e}", outlines.display()))?;
    let topology: Value = serde_json::from_str(&text).map_err(|e| format!("{}: {e}", outlines.display()))?;
    let arcs = absolute_arcs(&topology).ok_or("arcs are not of TopoJSON's form")?;
    let all = || arcs.iter().flatten();
    let (west, east) = bounds(all().map(|p| p.0));
    let (south, north) = bounds(all().map(|p| p.1));
    let squeeze = ((south + north) / 2.0).to_radians().cos();
    let scale = (WIDTH - 2.0 * MARGIN) / ((east - west) * squeeze);
    let height = ((north - south) * scale + 2.0 * MARGIN).ceil();
    let project = |p: &(f64, f64)| {
        let x = (p.0 - west) * squeeze * scale + MARGIN;
        let y = (north - p.1) * scale + MARGIN;
        (x.round() as i64, y.round() as i64)
    };

    let geometries = topology["objects"].as_object().and_then(|o| o.values().next()).and_then(|o| o["geometries"].as_array());
    let mut symbols = String::new();
    let mut background = String::new();
    for geometry in geometries.ok_or("no geometries")? {
        let code = geometry["properties"]["code"].as_str().ok_or("a geometry without a code")?;
        let path = path(geometry, &arcs, &project).ok_or_else(|| format!("{code}: rings are not of TopoJSON's form"))?;
        let _ = write!(symbols, "<path id=\"p{code}\" d=\"{path}\"/>");
        let _ = write!(background, "<use href=\"#p{code}\"/>");
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\"><defs>{symbols}\
         <g id=\"all\">{background}</g></defs><use href=\"#all\" fill=\"none\" stroke=\"#888\"/></svg>\n"
    ))
}

fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)))
}

/// Arcs in degrees: quantized deltas undone as TopoJSON says.
fn absolute_arcs(topology: &Value) -> Option<Vec<Vec<(f64, f64)>>> {
    let pair = |v: &Value| Some((v.get(0)?.as_f64()?, v.get(1)?.as_f64()?));
    let scale = pair(&topology["transform"]["scale"])?;
    let translate = pair(&topology["transform"]["translate"])?;
    let arc = |arc: &Value| {
        let mut at = (0.0, 0.0);
        let point = |step: &Value| {
            let step = pair(step)?;
            at = (at.0 + step.0, at.1 + step.1);
            Some((at.0 * scale.0 + translate.0, at.1 * scale.1 + translate.1))
        };
        arc.as_array()?.iter().map(point).collect::<Option<Vec<_>>>()
    };
    topology["arcs"].as_array()?.iter().map(arc).collect()
}

/// Degrees to places in the view box.
type Projection<'a> = dyn Fn(&(f64, f64)) -> (i64, i64) + 'a;

fn path(geometry: &Value, arcs: &[Vec<(f64, f64)>], project: &Projection) -> Option<String> {
    let polygons: Vec<&Value> = match geometry["type"].as_str()? {
        "Polygon" => vec![&geometry["arcs"]],
        _ => geometry["arcs"].as_array()?.iter().collect(),
    };
    let mut out = String::new();
    for ring in polygons.iter().filter_map(|polygon| polygon.as_array()).flatten() {
        let mut points: Vec<(i64, i64)> = Vec::new();
        for index in ring.as_array()? {
            let index = index.as_i64()?;
            let arc = arcs.get(if index < 0 { !index } else { index } as usize)?;
            let mut line: Vec<_> = arc.iter().map(project).collect();
            if index < 0 {
                line.reverse();
            }
            points.extend(line);
        }
        points.dedup();
        let Some(first) = points.first().copied() else { continue };
        let _ = write!(out, "M{} {}l", first.0, first.1);
        let mut last = first;
        for point in &points[1..] {
            let (dx, dy) = (point.0 - last.0, point.1 - last.1);
            let gap = if out.ends_with('l') || dx < 0 { "" } else { " " };
            let _ = write!(out, "{gap}{dx}{}{dy}", if dy < 0 { "" } else { " " });
            last = *point;
        }
        out.push('z');
    }
    Some(out)
}
