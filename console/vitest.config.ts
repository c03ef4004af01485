// Unit tests of what is pure; the page itself is tested in a real Chromium by tests/system/test_console.py.
import { defineConfig } from "vitest/config";

export default defineConfig({ test: { include: ["src/**/*.test.ts"], environment: "node" } });
