// Installs what package-lock.json names, unless it is there: the network is needed once.
import {execFileSync} from "node:child_process";
import {existsSync, readFileSync, writeFileSync} from "node:fs";
import {fileURLToPath} from "node:url";

const wanted = readFileSync(new URL("package-lock.json", import.meta.url), "utf8");
const installed = new URL("node_modules/.installed", import.meta.url); // the lock file that was followed last

if (!existsSync(installed) || readFileSync(installed, "utf8") !== wanted) {
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
        cwd: fileURLToPath(new URL(".", import.meta.url)),
        stdio: "inherit",
    });
    writeFileSync(installed, wanted);
}
