/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- documents are broken here in ways that no type describes */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { toJsonSchema } from "@valibot/to-json-schema";
import { AvatarFormatErrorCodes, AvatarFormatWarningCodes } from "../../../src/format/avatarFormatError.js";
import { AvatarExtensionSchema } from "../../../src/format/avatarSchema.js";
import { AvatarExtensionName } from "../../../src/format/extensionNames.js";
import { ReadAvatar } from "../../../src/format/readAvatar.js";
import { SplatAttributes } from "../../../src/format/readGaussians.js";
import { BrokenFile } from "./fileSurgery.js";

const SchemaFile = `docs/schema/${AvatarExtensionName}.schema.json`;

/** All property names of a JSON schema, however deep. */
function PropertyNames(schema: unknown): string[] {
    if (typeof schema !== "object" || schema === null) {
        return [];
    }
    const properties = (schema as { properties?: Record<string, unknown> }).properties ?? {};
    return [...Object.keys(properties), ...Object.values(schema).flatMap(PropertyNames)];
}

function MakeSchema(): Record<string, unknown> {
    const schema = toJsonSchema(AvatarExtensionSchema) as Record<string, unknown>;
    const { $schema, ...rest } = schema;
    return {
        $schema,
        title: AvatarExtensionName,
        description: "Root extension of a Gaussian avatar in glTF 2.0.",
        ...rest,
    };
}

describe("the documents of the format", () => {
    const text = readFileSync("docs/format.md", "utf8");

    it("hold the JSON schema that the code checks by (UPDATE_SCHEMA=1 writes it)", () => {
        const made = `${JSON.stringify(MakeSchema(), null, 4)}\n`;
        if (process.env["UPDATE_SCHEMA"] === "1") {
            writeFileSync(SchemaFile, made);
        }
        expect(JSON.parse(readFileSync(SchemaFile, "utf8"))).toEqual(JSON.parse(made));
    });

    it("name every field of the extension, every attribute and every code", () => {
        const words = [
            ...new Set(PropertyNames(MakeSchema()).filter((name) => name !== "properties")),
            ...Object.values(SplatAttributes),
            ...AvatarFormatErrorCodes,
            ...AvatarFormatWarningCodes,
        ];
        expect(words.filter((word) => !text.includes(`\`${word}\``))).toEqual([]);
    });

    it("show an example of the extension that a reader takes", () => {
        const example = /```json\n(\{\s*"version"[\s\S]*?)\n```/.exec(text)![1]!;
        const bytes = BrokenFile(({ json, extension }) => {
            const shown = JSON.parse(example);
            // The example lists a few joints; names of others are left to the file.
            json.extensions[AvatarExtensionName] = { ...extension, ...shown };
        });
        expect(ReadAvatar(bytes).credits.license).toBe("CC0-1.0");
    });
});
