package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"

	"github.com/cortx-platform/terraform-provider-cortx/internal/resources/alertpolicy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/resources/dashboard"
	"github.com/cortx-platform/terraform-provider-cortx/internal/resources/notificationchannel"
)

var _ provider.ProviderWithListResources = (*cortx)(nil)

// ListResources implements provider.ProviderWithListResources.
func (p *cortx) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{
		alertpolicy.NewList,
		dashboard.NewList,
		notificationchannel.NewList,
	}
}
