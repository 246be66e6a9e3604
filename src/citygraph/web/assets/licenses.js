// What was bundled: the name, version and licence of each package, with its licence text where the package has one.
const fs = require("node:fs");
for (const place of Object.keys(require("./package-lock.json").packages).filter((one) => one && fs.existsSync(one))) {
  const about = JSON.parse(fs.readFileSync(`${place}/package.json`, "utf8"));
  const author = typeof about.author === "object" ? about.author.name : about.author;
  console.log(`${about.name} ${about.version}, ${about.license}${author ? `, ${author}` : ""}`);
  const file = fs.readdirSync(place).find((name) => /^licen[cs]e/i.test(name));
  console.log(file ? `\n${fs.readFileSync(`${place}/${file}`, "utf8").trim()}\n` : "");
}
