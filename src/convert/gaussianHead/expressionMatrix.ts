import * as v from "valibot";
import { ArkitNames, type ArkitName } from "../../format/arkitNames.js";
import { ConvertError } from "../convertError.js";

/** Which numbers of an expression code each of ARKit's shapes adds to at weight 1. */
export type ExpressionMatrix = Readonly<Partial<Record<ArkitName, readonly number[]>>>;

/** Longest text that is read. */
const MaxLength = 4 * 2 ** 20;

const MatrixSchema = v.record(v.picklist(ArkitNames), v.array(v.pipe(v.number(), v.minValue(-1000), v.maxValue(1000))));

/**
 * Reads how ARKit's shapes become an expression code: `{"jawOpen": [0.8, -0.1, …], …}`, a row of K numbers for each shape that
 * moves something.
 *
 * @param text JSON
 * @param name of the file, for messages
 * @param codeSize K
 * @throws ConvertError `damaged-file` when it is no such JSON, `wrong-shape` when a row has another length
 */
export function ReadExpressionMatrix(text: string, name: string, codeSize: number): ExpressionMatrix {
    let json: unknown = null;
    try {
        json = text.length <= MaxLength ? JSON.parse(text) : null;
    } catch {
        // Said below.
    }
    const parsed = v.safeParse(MatrixSchema, json);
    if (!parsed.success) {
        const [issue] = parsed.issues;
        throw new ConvertError(
            "damaged-file",
            `${name}: ${v.getDotPath(issue) ?? "the file"}: ${issue.message}. Expected is JSON with a row of numbers by ARKit shape, ` +
                `{"jawOpen": [0.8, -0.1]}.`,
        );
    }
    for (const [shape, row] of Object.entries(parsed.output)) {
        if (row.length !== codeSize) {
            throw new ConvertError(
                "wrong-shape",
                `${name}: "${shape}" has ${row.length} numbers, the expression code has ${codeSize}.`,
            );
        }
    }
    return parsed.output;
}
