// A test: a server with example plugins, pages of theirs in a headless Chromium, and what must hold at the end of
// each: no error on any page's console, and the server's exit code 0.
import assert from "node:assert/strict";
import {existsSync} from "node:fs";
import test, {after} from "node:test";

import {chromium} from "playwright-core";

import {patience} from "./eventually.mjs";
import {Server} from "./server.mjs";

const executablePath = "/usr/bin/chromium"; // Debian's

/**
 * `body` gets the server and `open(path)`, which gives a page in a window of its own: no two share anything. Errors on
 * the console that `allowed` matches are part of the scenario.
 */
export function scenario(name, {plugins, yaml = "", allowed}, body) {
    test(name, {timeout: 4 * patience}, async () => {
        const server = await Server.start(plugins, yaml);
        const pages = new Pages();
        const steps = [
            () => body({server, open: path => pages.open(server.url + path)}),
            () => pages.close(),
            () => server.stop(),
        ];
        const problems = []; // the first tells most: what comes after it may come of it
        for (const step of steps) {
            try {
                await step();
            } catch (problem) {
                problems.push(problem);
            }
        }
        if (problems.length > 0) throw problems[0];
        assert.deepEqual(pages.errors.filter(error => !allowed?.test(error)), [], "errors on the console");
    });
}

class Pages {
    errors = [];
    #contexts = [];

    async open(url) {
        const context = await (await browser()).newContext();
        this.#contexts.push(context);
        context.setDefaultTimeout(patience);
        const page = await context.newPage();
        page.on("pageerror", error => this.errors.push(String(error)));
        page.on("console", message => message.type() === "error" && this.errors.push(message.text()));
        await page.goto(url);
        return page;
    }

    async close() {
        for (const context of this.#contexts) await context.close();
    }
}

// One for all scenarios: it takes seconds to start.
let launched;
function browser() {
    assert.ok(existsSync(executablePath), `${executablePath} is missing: apt-get install chromium`);
    // Some containers have little of /dev/shm; root has no sandbox, which is playwright's default.
    return (launched ??= chromium.launch({executablePath, args: ["--disable-dev-shm-usage"]}));
}
after(async () => (await launched)?.close());
