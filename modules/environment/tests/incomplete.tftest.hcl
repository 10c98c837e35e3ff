# An environment that fell short ends the run with an error.

mock_provider "cortx" {
  source = "../mocks"
}

variables {
  tier = "dev"
}

# It is one of the plan here, since a mocked environment is made there already:
# OpenTofu mocks in the plan, and Terraform where it is told so.
run "an_incomplete_environment_is_an_error" {
  command = plan

  override_resource {
    target = cortx_environment.this

    override_during = plan

    values = {
      ready      = false
      pending    = ["cluster"]
      last_error = "no quota"
    }
  }

  expect_failures = [cortx_environment.this]
}
