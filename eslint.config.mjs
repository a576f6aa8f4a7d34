import { defineConfig } from "eslint/config";
import js from "@eslint/js";
import jsdoc from "eslint-plugin-jsdoc";
import tseslint from "typescript-eslint";

const camelOrPascal = ["camelCase", "PascalCase"];

/** Babylon.js's naming law. Later entries are more specific and win. */
const naming = [
    { selector: "default", format: ["camelCase"], leadingUnderscore: "allow" },
    { selector: "import", format: null },
    { selector: "typeLike", format: ["PascalCase"] },
    { selector: "interface", format: ["PascalCase"], prefix: ["I"] },
    { selector: "variable", format: camelOrPascal, leadingUnderscore: "allow" },
    { selector: "variable", modifiers: ["exported"], format: ["PascalCase"] },
    { selector: "function", modifiers: ["global"], format: ["PascalCase"], leadingUnderscore: "allow" },
    { selector: "function", format: camelOrPascal },
    { selector: "classMethod", modifiers: ["public", "static"], format: ["PascalCase"] },
    { selector: "classProperty", modifiers: ["public", "static"], format: ["PascalCase"] },
    { selector: "memberLike", modifiers: ["private"], format: ["camelCase"], leadingUnderscore: "require" },
    { selector: "memberLike", modifiers: ["protected"], format: ["camelCase"], leadingUnderscore: "require" },
    { selector: "memberLike", modifiers: ["private", "static"], format: camelOrPascal, leadingUnderscore: "require" },
    // A name in quotes, or any key of a record, belongs to the file format or the API that it is written for.
    { selector: ["objectLiteralProperty", "objectLiteralMethod", "typeProperty"], format: null },
];

const publicDocs = {
    require: {
        FunctionDeclaration: true,
        ClassDeclaration: true,
        MethodDefinition: true,
        ArrowFunctionExpression: true,
        FunctionExpression: true,
    },
    contexts: [
        "TSInterfaceDeclaration",
        "TSTypeAliasDeclaration",
        "TSPropertySignature",
        "TSMethodSignature",
        "ExportNamedDeclaration > VariableDeclaration",
        "PropertyDefinition[accessibility!='private'][accessibility!='protected']",
    ],
    publicOnly: true,
    checkConstructors: false,
    exemptEmptyConstructors: true,
};

/** An async function ends in `Async`, and nothing else does; what callbacks and overrides of other libraries allow. */
const asyncSuffix = [
    {
        selector: ":matches(FunctionDeclaration, TSDeclareFunction)[async=true]:not([id.name=/Async$/])",
        message: "The name of an async function ends in Async.",
    },
    {
        selector: "MethodDefinition[value.async=true]:not([override=true]):not([key.name=/Async$/])",
        message: "The name of an async method ends in Async.",
    },
    {
        selector:
            ":matches(Program, ExportNamedDeclaration) > VariableDeclaration > VariableDeclarator[init.async=true]:not([id.name=/Async$/])",
        message: "The name of an async function ends in Async.",
    },
    {
        selector:
            "FunctionDeclaration[async=false][id.name=/Async$/]:not([returnType.typeAnnotation.typeName.name=/^Promise/])",
        message: "Only a function that returns a promise has a name that ends in Async.",
    },
];

export default defineConfig(
    { ignores: ["dist/", "dist-sandbox/", "docs/", ".cache/", "coverage/", "training/", "assets/"] },
    { linterOptions: { reportUnusedDisableDirectives: "error" } },
    js.configs.recommended,
    {
        files: ["**/*.{js,mjs,cjs}"],
        languageOptions: { globals: { process: "readonly", console: "readonly", module: "writable", URL: "readonly" } },
    },
    {
        files: ["**/*.ts"],
        extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        rules: {
            curly: "error",
            eqeqeq: "error",
            "no-await-in-loop": "error",
            "max-lines": ["error", { max: 400, skipComments: true }],
            "max-lines-per-function": ["error", { max: 80, skipComments: true, skipBlankLines: true }],
            "no-restricted-syntax": ["error", ...asyncSuffix],
            "@typescript-eslint/naming-convention": ["error", ...naming],
            "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
            "@typescript-eslint/consistent-type-exports": ["error", { fixMixedExportsWithInlineTypeSpecifier: true }],
            "@typescript-eslint/explicit-function-return-type": ["error", { allowExpressions: true }],
            "@typescript-eslint/explicit-member-accessibility": ["error", { accessibility: "explicit" }],
            "@typescript-eslint/promise-function-async": "error",
            "@typescript-eslint/return-await": ["error", "always"],
            "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
            "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
            "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
            "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
            "@typescript-eslint/no-extraneous-class": ["error", { allowStaticOnly: true }],
            // Records are plain data here, keyed by names out of a file.
            "@typescript-eslint/no-dynamic-delete": "off",
            // Babylon is typed by structure: subclasses and enums of its deep modules meet as interfaces and numbers.
            "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
            "@typescript-eslint/no-unsafe-enum-assignment": "off",
            "@typescript-eslint/prefer-nullish-coalescing": [
                "error",
                { ignoreTernaryTests: true, ignorePrimitives: { string: true } },
            ],
            // It does not see that a callback has written the variable since.
            "@typescript-eslint/no-unnecessary-condition": "off",
            // Names that the compiler's noPropertyAccessFromIndexSignature would ask for may be written either way.
            "@typescript-eslint/dot-notation": "off",
            "@typescript-eslint/non-nullable-type-assertion-style": "off",
            // Under noUncheckedIndexedAccess `array[i]!` is how a loop says that its index is in range.
            "@typescript-eslint/no-non-null-assertion": "off",
            // Empty callbacks and loops by index are meant as they are written.
            "@typescript-eslint/no-empty-function": "off",
            "@typescript-eslint/prefer-for-of": "off",
        },
    },
    {
        files: ["src/**/*.ts", "sandbox/**/*.ts", "test/support/**/*.ts", "test/reference/**/*.ts"],
        plugins: { jsdoc },
        rules: {
            "jsdoc/require-jsdoc": ["error", publicDocs],
            "jsdoc/no-types": "error",
            "jsdoc/check-param-names": ["error", { checkDestructured: false, disableMissingParamChecks: true }],
            "jsdoc/check-tag-names": ["error", { definedTags: ["remarks", "typeParam"] }],
        },
    },
    {
        files: ["**/*.d.ts"],
        rules: { "@typescript-eslint/naming-convention": "off" },
    },
    {
        files: ["test/**/*.ts"],
        rules: {
            // Fewer, longer files, and a suite is one long `describe`: what counts is each test in it.
            "max-lines": "off",
            "max-lines-per-function": "off",
            // Cases run one after the other on purpose: there is one GPU.
            "no-await-in-loop": "off",
            // Methods are spied on and put back.
            "@typescript-eslint/unbound-method": "off",
        },
    },
);
