// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/** Tests of names that are searched for at run time. */
@NullMarked
package io.tandem.node.resolve;

import org.jspecify.annotations.NullMarked;
