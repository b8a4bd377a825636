import type {
  IAuthenticateGeneric,
  Icon,
  ICredentialTestRequest,
  ICredentialType,
  INodeProperties,
} from "n8n-workflow";

/** Access to the n8n data table that keeps the books of all runs. */
export class ArtdeskLedgerApi implements ICredentialType {
  name = "artdeskLedgerApi";
  displayName = "Artdesk Ledger API";
  icon: Icon = { light: "file:../icons/ledger.svg", dark: "file:../icons/ledger.dark.svg" };
  documentationUrl = "https://github.com/artdesk/artdesk/tree/main/packages/n8n-node#credentials";
  properties: INodeProperties[] = [
    {
      displayName: "API Key",
      name: "apiKey",
      type: "string",
      typeOptions: { password: true },
      required: true,
      default: "",
      description:
        "An n8n API key with the scopes dataTable:list, dataTable:create, dataTable:read, dataTableRow:read, dataTableRow:create, dataTableRow:update and dataTableRow:delete",
    },
    {
      displayName: "Base URL",
      name: "baseUrl",
      type: "string",
      default: "http://localhost:5678/api/v1",
      description: "The public API of this n8n, as n8n itself reaches it",
    },
    {
      displayName: "Data Table",
      name: "table",
      type: "string",
      default: "artdesk_ledger",
      description: "Name or ID of the data table that keeps the books. A name that does not exist yet is created.",
    },
  ];
  authenticate: IAuthenticateGeneric = {
    type: "generic",
    properties: { headers: { "X-N8N-API-KEY": "={{$credentials.apiKey}}" } },
  };
  test: ICredentialTestRequest = {
    request: { baseURL: "={{$credentials.baseUrl}}", url: "/data-tables", qs: { limit: 1 } },
  };
}
