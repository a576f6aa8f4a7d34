import { expect, it } from "@jest/globals";
import { NoteOddities } from "../../../../src/cli/capture/captureSession.js";
import { type ICaptureSubject } from "../../../../src/convert/capture/captureSubject.js";

/** Notes of a subject of these parts, whose file has these meshes. */
function NotesOf(parts: readonly string[], meshes: readonly string[]): string[] {
    const notes: string[] = [];
    const subject = {
        parts: parts.map((name) => ({ name, texture: null })),
        skinJoints: Uint16Array.of(0),
        skinWeights: Float32Array.of(1),
        expressions: [],
    } as unknown as ICaptureSubject;
    NoteOddities(subject, new Set(meshes), (note) => notes.push(note));
    return notes;
}

it("names a mesh that hangs on no bone, also where another's name begins with its own", () => {
    const [note, ...others] = NotesOf(["bodysuit", "head skin", "head lips"], ["body", "bodysuit", "head"]);
    expect(note).toMatch(/mesh "body" has no weights and hangs on no bone/);
    expect(others).toEqual([
        expect.stringMatching(/no textures/),
        expect.stringMatching(/no fingers/),
        expect.stringMatching(/no morph targets/),
    ]);
});
