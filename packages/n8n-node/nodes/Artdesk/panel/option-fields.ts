import type { IDisplayOptions, INodeProperties } from "n8n-workflow";
import { accountTitles, JUDGE_PROVIDERS, MODEL_WITHOUT_PRICE } from "../host/provider-credentials.ts";

/**
 * Everything that most people never need.
 * @param names - the options that the operation knows; all of them when it is left out
 */
export function optionFields(displayOptions: IDisplayOptions, names?: readonly string[]): INodeProperties[] {
  return [
    {
      displayName: "Options",
      name: "options",
      type: "collection",
      placeholder: "Add Option",
      default: {},
      displayOptions,
      options: OPTIONS.filter(({ name }) => names?.includes(name) ?? true),
    },
  ];
}

const OPTIONS: INodeProperties[] = [
  {
    displayName: "Check Result",
    name: "verify",
    type: "options",
    options: [
      { name: "Escalate", value: "escalate", description: "Start cheap; what is missing goes to a better model" },
      { name: "Off", value: "off", description: "Deliver what the model made" },
      { name: "Report", value: "report", description: "Say what is missing, and deliver the image all the same" },
    ],
    default: "report",
    description: `Whether a judge looks at each image for what must be in it. Judging is paid for, and needs a credential of ${accountTitles(JUDGE_PROVIDERS, "or")}.`,
  },
  {
    displayName: "Detail",
    name: "resolution",
    type: "options",
    options: [
      { name: "1K", value: "1K", description: "About 1 megapixel" },
      { name: "2K", value: "2K", description: "About 4 megapixels" },
      { name: "4K", value: "4K", description: "About 16 megapixels, where a model can" },
    ],
    default: "2K",
    description: "How many pixels the chosen size gets. Not for exact pixels.",
  },
  {
    displayName: "File Format",
    name: "format",
    type: "options",
    options: [
      { name: "JPEG", value: "jpeg" },
      { name: "PNG", value: "png" },
      { name: "WebP", value: "webp" },
    ],
    default: "png",
  },
  {
    displayName: "File Name",
    name: "fileName",
    type: "string",
    default: "",
    placeholder: "e.g. spring-hero",
    description: "Name of the file, without its ending. By default the first words of the prompt.",
  },
  {
    displayName: "If an Answer Gets Lost",
    name: "onUnknown",
    type: "options",
    options: [
      { name: "Send Again", value: "retry", description: "The image may be paid for twice" },
      { name: "Stop", value: "stop", description: "Pay nothing more; the amount stays counted" },
      { name: "Try the Next Model", value: "next", description: "Both models may be paid for" },
    ],
    default: "stop",
    description:
      "What to do when the connection breaks after a request was sent, so that nobody knows whether it was billed",
  },
  {
    displayName: "Images at Once",
    name: "concurrency",
    type: "number",
    typeOptions: { minValue: 1, maxValue: 10 },
    default: 3,
    description: "How many items are worked on at the same time. The first item's value holds for all.",
  },
  {
    displayName: "Must Show",
    name: "elements",
    type: "string",
    typeOptions: { multipleValues: true, multipleValueButtonText: "Add Element" },
    default: [],
    placeholder: "e.g. a red umbrella",
    description: "Things that must be in the image, one per entry",
  },
  {
    displayName: "Number of Images",
    name: "count",
    type: "number",
    typeOptions: { minValue: 1, maxValue: 10 },
    default: 1,
    description: "How many images to make of each item. Each becomes an item of its own.",
  },
  {
    displayName: "Own Prices",
    name: "ownPrices",
    type: "fixedCollection",
    typeOptions: { multipleValues: true },
    placeholder: "Add Price",
    default: {},
    description: "What models cost you. Models whose provider publishes no price are used only with a price from you.",
    options: [
      {
        displayName: "Price",
        name: "price",
        values: [
          {
            displayName: "Model ID",
            name: "model",
            type: "string",
            default: "",
            placeholder: `e.g. ${MODEL_WITHOUT_PRICE}`,
          },
          {
            displayName: "USD per Image",
            name: "usd",
            type: "number",
            typeOptions: { minValue: 0, numberPrecision: 6 },
            default: 0.05,
          },
        ],
      },
    ],
  },
  {
    displayName: "Policy",
    name: "policy",
    type: "options",
    options: [
      { name: "Automatic", value: "auto", description: "Good enough for the purpose, at the lowest price" },
      { name: "Best Quality", value: "quality", description: "The best model that the budget allows" },
      {
        name: "High Volume",
        value: "volume",
        description: "The cheapest price that is known beforehand, the more images the stricter",
      },
    ],
    default: "auto",
    description: "How a model is chosen",
  },
  {
    displayName: "Put Output File in Field",
    name: "binaryPropertyName",
    type: "string",
    default: "data",
    hint: "The name of the output field to put the file in",
  },
  {
    displayName: "Quality",
    name: "quality",
    type: "string",
    default: "",
    placeholder: "e.g. high",
    description: "A model's own word for quality. Models without it are left out.",
  },
  {
    displayName: "Transparent Background",
    name: "transparent",
    type: "boolean",
    default: false,
    description: "Whether the background is left out. Needs PNG or WebP.",
  },
];
