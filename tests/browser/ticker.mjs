import assert from "node:assert/strict";

import {becomes, eventually} from "./eventually.mjs";
import {scenario} from "./scenario.mjs";

// The old generation's streams are ended at once, so that the page has to come back.
const yaml = "drain: {deadline: 0s}\nsettings: {ticker: {every: 50ms}}\n";

export function ticker() {
    const name = "the ticker's page shows every tick across a reload";
    scenario(name, {plugins: ["ticker"], yaml}, async ({server, open}) => {
        const page = await open("/ticker");
        await page.evaluate(() => {
            globalThis.ticks = [];
            const number = document.getElementById("number");
            const note = () => globalThis.ticks.push(Number(number.textContent));
            new MutationObserver(note).observe(number, {childList: true});
        });
        const ticks = () => page.evaluate(() => globalThis.ticks);
        const state = () => page.textContent("#state");
        await eventually(async () => (await ticks()).length > 5, () => "there are no ticks");
        await becomes(state, "connected");

        const again = page.waitForRequest("**/ticker/events");
        await server.reload("ticker", 2);
        const from = (await (await again).allHeaders())["last-event-id"];
        assert.match(from ?? "no Last-Event-ID", /^\d+$/);
        const before = (await ticks()).length;
        await eventually(async () => (await ticks()).length > before + 5, () => "there are no ticks after the reload");
        await becomes(state, "connected");

        const seen = await ticks();
        assert.deepEqual(seen, seen.map((_, i) => seen[0] + i));
        await server.logged(/unmapped/);
    });
}
