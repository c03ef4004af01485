// How the console is built and served while developing: the platform answers everything that is not the page itself.
import { defineConfig } from "vite";

const platform = process.env["TIANYUAN_URL"] ?? "http://127.0.0.1:8000";
const api = [
  "zones", "checks", "conflicts", "airspace", "flight-plans", "flight-plans.geojson", "authorizations", "routes",
  "flightplan", "sites", "progress", "coverage", "targets", "city", "token", "zones.geojson", "routes.geojson",
  "sites.geojson", "ogc",
];

export default defineConfig({
  build: {
    outDir: "dist",
    emptyOutDir: true,
    chunkSizeWarningLimit: 1_400, // MapLibre alone is about a megabyte
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "maplibre", test: /maplibre-gl/ }] } } },
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  server: { proxy: Object.fromEntries(api.map((path) => [`^/${path.replace(".", "\\.")}(/|\\?|$)`, platform])) },
});
