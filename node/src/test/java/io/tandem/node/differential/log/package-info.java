// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Log lines beside haproxy's. Receives what proxies send by UDP and hands on differences, field by field. Runs on the tests'
 * threads.
 */
@org.jspecify.annotations.NullMarked
package io.tandem.node.differential.log;
