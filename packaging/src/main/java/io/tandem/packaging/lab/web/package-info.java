// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The lab's web servers. Receives listening sockets inside the servers' namespaces; answers each request with the
 * address it came to. One thread serves all of them.
 */
@NullMarked
package io.tandem.packaging.lab.web;

import org.jspecify.annotations.NullMarked;
