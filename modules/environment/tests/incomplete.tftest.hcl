# An environment that fell short ends the run with an error.

mock_provider "cortx" {
  source = "../mocks"
}

variables {
  tier = "dev"
}

run "an_incomplete_environment_is_an_error" {
  override_resource {
    target = cortx_environment.this
    values = {
      ready      = false
      pending    = ["cluster"]
      last_error = "no quota"
    }
  }

  expect_failures = [cortx_environment.this]
}
