import { TestEnvironment } from "jest-environment-node";

/** Jest gives tests a copy of `process.env`, but the Vulkan loader reads the real one: here they are the same. */
export default class extends TestEnvironment {
    constructor(config, context) {
        super(config, context);
        this.global.process.env = process.env;
    }
}
