// The page's start: its styles and its one root.
import { render } from "preact";
import { App } from "./app";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/components.css";
import "./styles/map.css";
import "./styles/planner.css";

const root = document.getElementById("app");
if (root) render(<App />, root);
