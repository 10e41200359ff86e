// The real binary, serving example plugins from a folder of its own. Owned by one scenario.
import assert from "node:assert/strict";
import {spawn} from "node:child_process";
import {cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";

import {eventually} from "./eventually.mjs";

const {SERVER_BINARY: binary, SERVER_PLUGINS: built} = process.env;

export class Server {
    /** `yaml` is added to the configuration; a `port` of 0 is a free one. */
    static async start(plugins, yaml, {port = 0} = {}) {
        assert.ok(binary && built, "run by ctest, which says where the server and the plugins are");
        const server = new Server();
        mkdirSync(join(server.folder, "plugins"), {mode: 0o755});
        for (const plugin of plugins) server.#install(plugin);
        const file = join(server.folder, "patchbay.yaml");
        writeFileSync(file, `listen: 127.0.0.1:${port}\nplugins: {directory: plugins, settle: 30ms}\n${yaml}`);
        try {
            await server.#run(file);
        } catch (error) {
            server.#process.kill("SIGKILL");
            rmSync(server.folder, {recursive: true});
            throw error;
        }
        return server;
    }

    folder = mkdtempSync(join(tmpdir(), "patchbay-browser-"));
    log = "";
    port = 0;
    #process;
    #ended;

    get url() {
        return `http://127.0.0.1:${this.port}`;
    }

    /** Replaces a plugin by the same file; returns when the new generation serves. */
    async reload(plugin, generation) {
        this.#install(plugin);
        await this.logged(new RegExp(`${plugin} \\S+ gen ${generation} serving`));
    }

    async logged(pattern) {
        await eventually(() => pattern.test(this.log), () => `the log has no ${pattern}:\n${this.log}`);
    }

    /** SIGTERM, and exit code 0. */
    async stop() {
        this.#process.kill("SIGTERM");
        try {
            assert.equal(await this.#ended, 0, `the server's exit code; its log:\n${this.log}`);
        } finally {
            rmSync(this.folder, {recursive: true, force: true});
        }
    }

    // In one step, as a careful deployment does.
    #install(plugin) {
        const target = join(this.folder, "plugins", `${plugin}.so`);
        cpSync(join(built, `${plugin}.so`), `${target}.new`);
        renameSync(`${target}.new`, target);
    }

    async #run(file) {
        this.#process = spawn(binary, ["serve", file], {cwd: this.folder});
        this.#ended = new Promise((resolve, reject) => {
            this.#process.once("error", reject).once("close", (code, signal) => resolve(code ?? signal));
        });
        for (const stream of [this.#process.stdout, this.#process.stderr])
            stream.setEncoding("utf8").on("data", text => (this.log += text));
        const ready = /^listening on .*:(\d+)$/m;
        let ended = false;
        this.#process.once("close", () => (ended = true));
        await eventually(() => ended || ready.test(this.log), () => `the server does not listen:\n${this.log}`);
        assert.ok(!ended, `the server did not start:\n${this.log}`);
        this.port = Number(ready.exec(this.log)[1]);
    }
}
