/** The house rules of the terminal: layers, and money that is never a binary fraction. */
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const money = {
  "no-restricted-globals": ["error", ...["Number", "parseFloat", "parseInt"].map((name) => ({ name, message: "Money is text: use lib/decimal." }))],
  "no-restricted-syntax": [
    "error",
    { selector: "MemberExpression[property.name=/^(toFixed|toPrecision|toExponential|parseFloat|parseInt)$/]", message: "Money is text: use lib/decimal." },
    { selector: "UnaryExpression[operator='+']", message: "Money is text: use lib/decimal." },
  ],
};

/** A file imports its own folder and lower layers only: app, features/<noun>, components, lib. */
const noImports = (...patterns) => ({ "no-restricted-imports": ["error", { patterns: patterns.map((group) => ({ group: [group], message: "See the layers in web/README.md." })) }] });

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/lib/api/schema.d.ts"] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js"] }, tsconfigRootDir: import.meta.dirname } },
    plugins: { "react-hooks": hooks },
    rules: {
      // The other rules of this plug-in are for its compiler, which is not used here.
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "max-lines": ["error", 400],
      "no-console": "error",
      "no-warning-comments": ["error", { terms: ["to" + "do", "fix" + "me", "xx" + "x"], location: "anywhere" }],
      // Callbacks in props are written as methods for their brevity; none of them uses `this`.
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
    },
  },
  { files: ["src/**"], ignores: ["src/lib/chart/**", "src/lib/canvas/**"], rules: money },
  { files: ["src/lib/**"], rules: noImports("@/app/*", "@/features/*", "@/components/*") },
  { files: ["src/components/**"], rules: noImports("@/app/*", "@/features/*") },
  { files: ["src/features/**"], rules: noImports("@/app/*", "@/features/*", "../../*") },
  { files: ["tests/**", "scripts/**"], rules: { "no-console": "off" } },
  { files: ["eslint.config.js"], extends: [tseslint.configs.disableTypeChecked] },
);
