// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Messages that are nearly right, sent through the proxy from one version of HTTP to the other: what arrives is the same
 * single message, or nothing. The proxy is in this process; peers are threads with blocking sockets of their own.
 */
@NullMarked
package io.tandem.node.smuggling;

import org.jspecify.annotations.NullMarked;
