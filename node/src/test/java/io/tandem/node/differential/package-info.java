// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/** Tests that run the installed haproxy and this proxy side by side on the same bytes. */
@NullMarked
package io.tandem.node.differential;

import org.jspecify.annotations.NullMarked;
