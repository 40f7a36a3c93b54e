// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Alerts by mail ({@code mailers} sections, {@code email-alert}; HAProxy manual 3.6). Receives what happens to servers from any
 * thread, hands it to mail servers by SMTP on the thread {@code tandem-log}.
 */
@NullMarked
package io.tandem.node.observe.mail;

import org.jspecify.annotations.NullMarked;
