package main

import (
	"os"

	"github.com/cloudnativelabs/kube-router/v2/pkg/cmd"
	"github.com/cloudnativelabs/kube-router/v2/pkg/options"
	"github.com/spf13/pflag"
)

// runKubeRouter enforces network policies, as the program of that name does.
func runKubeRouter() error {
	config := options.NewKubeRouterConfig()
	flags := pflag.NewFlagSet("kube-router", pflag.ContinueOnError)
	config.AddFlags(flags)
	if err := flags.Parse(os.Args[1:]); err != nil {
		return err
	}
	router, err := cmd.NewKubeRouterDefault(config)
	if err != nil {
		return err
	}
	return router.Run()
}
