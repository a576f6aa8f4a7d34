/**
 * Tests run as native ES modules: `npm test` sets `--experimental-vm-modules`. Two workers: the software GPU keeps little
 * more than one core busy, so two suites at once are quicker than one after the other. More workers on two cores make it
 * spin.
 */
export default {
    testEnvironment: "<rootDir>/test/support/nodeEnvironment.mjs",
    extensionsToTreatAsEsm: [".ts", ".wgsl"],
    moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
    transform: {
        "\\.ts$": [
            "<rootDir>/test/support/scriptTransform.mjs",
            { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "es6" } },
        ],
        "\\.wgsl$": "<rootDir>/test/support/wgslTransform.mjs",
    },
    moduleFileExtensions: ["ts", "js", "mjs", "json", "wgsl"],
    setupFilesAfterEnv: ["<rootDir>/test/support/byteEquality.ts"],
    testMatch: ["<rootDir>/test/**/*.test.ts"],
    maxWorkers: 2,
    reporters: ["default", "<rootDir>/test/support/summaryReporter.mjs"],
    testTimeout: 120_000,
};
