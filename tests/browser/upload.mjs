import assert from "node:assert/strict";
import {readFileSync, readdirSync} from "node:fs";
import {join} from "node:path";

import {becomes, eventually} from "./eventually.mjs";
import {scenario} from "./scenario.mjs";

const plugins = ["upload"];
const yaml = "limits: {body: 8MiB}\nsettings: {upload: {folder: uploads, max_size: 2000000}}\n";
const stored = page => page.locator("#stored a").allTextContents();
const arriving = page => page.locator("#arriving li").allTextContents();
const state = page => page.textContent("#state");
const inFolder = server => readdirSync(join(server.folder, "uploads"));

async function send(page, name, buffer) {
    await page.getByLabel("files").setInputFiles({name, mimeType: "application/octet-stream", buffer});
    await page.getByRole("button", {name: "Send"}).click();
}

// Begins to send a file, and returns when the server has some of it but never all; the result lets the rest go.
async function sendHalf(page, name, buffer) {
    const session = await page.context().newCDPSession(page);
    const conditions = {offline: false, latency: 0, downloadThroughput: -1};
    await session.send("Network.emulateNetworkConditions", {...conditions, uploadThroughput: 50_000});
    await send(page, name, buffer);
    await eventually(
        () => page.locator("#arriving progress").evaluateAll(([bar]) => bar?.value > 0 && bar.value < bar.max),
        () => "the page shows no progress",
    );
    return () => session.send("Network.emulateNetworkConditions", {...conditions, uploadThroughput: -1});
}

export function upload() {
    scenario("a file is sent, seen on every page, downloaded and deleted", {plugins, yaml}, async ({server, open}) => {
        const page = await open("/upload");
        const other = await open("/upload");
        const content = Buffer.from(Array.from({length: 300_000}, (_, i) => i * 31));
        await send(page, "my <photo>.bin", content);
        await becomes(() => state(page), "all is stored");
        for (const each of [page, other]) {
            await becomes(() => stored(each), ["my__photo_.bin"]);
            await becomes(() => arriving(each), []);
        }

        const [download] = await Promise.all([other.waitForEvent("download"), other.getByRole("link").click()]);
        assert.equal(download.suggestedFilename(), "my__photo_.bin");
        assert.ok(readFileSync(await download.path()).equals(content));

        await other.getByRole("button", {name: "Delete my__photo_.bin"}).click();
        for (const each of [page, other]) await becomes(() => stored(each), []);
        assert.deepEqual(inFolder(server), []);
    });

    scenario("an upload goes on across a reload, and the page with it", {plugins, yaml}, async ({server, open}) => {
        const page = await open("/upload");
        const content = Buffer.alloc(2_000_000, "abc");
        const release = await sendHalf(page, "large.bin", content);
        await server.reload("upload", 2);
        assert.deepEqual(await stored(page), []);
        await release();
        await becomes(() => state(page), "all is stored");
        await becomes(() => stored(page), ["large.bin"]);
        await becomes(() => arriving(page), []);
        assert.ok(readFileSync(join(server.folder, "uploads", "large.bin")).equals(content));

        await send(page, "next.bin", content);
        await becomes(() => stored(page), ["large.bin", "next.bin"]);
    });

    scenario("an upload whose page is left leaves nothing behind", {plugins, yaml}, async ({server, open}) => {
        const page = await open("/upload");
        const other = await open("/upload");
        await sendHalf(page, "large.bin", Buffer.alloc(2_000_000));
        await becomes(() => arriving(other), ["large.bin "]);
        assert.equal(inFolder(server).length, 1);
        await page.goto("about:blank"); // not close(), which would let the rest go first
        await becomes(() => arriving(other), []);
        await becomes(() => inFolder(server), []);
    });

    scenario("a file that is too large is not sent", {plugins, yaml}, async ({open}) => {
        const page = await open("/upload");
        await send(page, "large.bin", Buffer.alloc(2_000_001));
        await becomes(() => state(page), "large.bin has more than 2000000 bytes");
    });
}
