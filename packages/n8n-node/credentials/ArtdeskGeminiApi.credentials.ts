import type {
  IAuthenticateGeneric,
  Icon,
  ICredentialTestRequest,
  ICredentialType,
  INodeProperties,
} from "n8n-workflow";

/** A Gemini API key, and where to send requests with it. */
export class ArtdeskGeminiApi implements ICredentialType {
  name = "artdeskGeminiApi";
  displayName = "Artdesk Gemini API";
  icon: Icon = { light: "file:../icons/gemini-key.svg", dark: "file:../icons/gemini-key.dark.svg" };
  documentationUrl = "https://github.com/artdesk/artdesk/tree/main/packages/n8n-node#credentials";
  properties: INodeProperties[] = [
    {
      displayName: "API Key",
      name: "apiKey",
      type: "string",
      typeOptions: { password: true },
      required: true,
      default: "",
      description: "A key from Google AI Studio",
    },
    {
      displayName: "Base URL",
      name: "baseUrl",
      type: "string",
      default: "https://generativelanguage.googleapis.com",
      description: "Change this only for a gateway or a test server that speaks the Gemini API",
    },
  ];
  authenticate: IAuthenticateGeneric = {
    type: "generic",
    properties: { headers: { "x-goog-api-key": "={{$credentials.apiKey}}" } },
  };
  test: ICredentialTestRequest = {
    request: { baseURL: "={{$credentials.baseUrl}}", url: "/v1beta/models" },
  };
}
