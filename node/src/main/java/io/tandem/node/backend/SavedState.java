// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A server's state as a line of a state file has it (HAProxy management guide 9.3, {@code show servers state}, version 1). Pure.
 *
 * <pre>
 * be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change
 * srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id
 * srv_fqdn srv_port srvrecord [srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port]
 * </pre>
 */
final class SavedState {
    /** The bit of {@code srv_admin_state} of a server whose name was set at run time. */
    static final int HOST_SET = 0x40;

    private static final int LEAST_WORDS = 20;
    private static final int MOST_ADMIN = 0x7f;
    private static final int CHECK_STATUSES = 24;

    private final List<String> words;
    private final List<String> complaints = new ArrayList<>();

    private SavedState(List<String> words) {
        this.words = words;
    }

    /** The state in a line; null where words are missing. */
    static @Nullable SavedState parse(String line) {
        List<String> words = List.of(line.strip().split("[ \t]+", -1));
        return words.size() < LEAST_WORDS ? null : new SavedState(words);
    }

    String backend() {
        return words.get(1);
    }

    String server() {
        return words.get(3);
    }

    /** Where it was; null for nowhere. */
    @Nullable InetAddress address() {
        return ServerAddress.literal(words.get(4));
    }

    /** 0 down, 1 coming up, 2 up, 3 takes no new clients. */
    int operation() {
        return number(5, "srv_op_state", 3);
    }

    /** The bits of {@code srv_admin_state}. */
    int administration() {
        return number(6, "srv_admin_state", MOST_ADMIN);
    }

    int weight() {
        return number(7, "srv_uweight", 256);
    }

    int configuredWeight() {
        return number(8, "srv_iweight", 256);
    }

    int unchangedS() {
        return number(9, "srv_time_since_last_change", Integer.MAX_VALUE);
    }

    /** HAProxy's number of the last check's status. */
    int checkStatus() {
        return number(10, "srv_check_status", CHECK_STATUSES);
    }

    int checkResult() {
        return number(11, "srv_check_result", 4);
    }

    /** The name it was searched by; null for none. */
    @Nullable String host() {
        return word(17);
    }

    int port() {
        return number(18, "srv_port", 65_535);
    }

    /** The name of the service it came from; null for none. */
    @Nullable String service() {
        return word(19);
    }

    int checkPort() {
        return words.size() > 21 ? number(21, "srv_check_port", 65_535) : 0;
    }

    @Nullable InetAddress checkAddress() {
        return words.size() > 22 ? ServerAddress.literal(words.get(22)) : null;
    }

    /** What is wrong with its numbers, worded as HAProxy; null where nothing is. */
    @Nullable String complaint() {
        complaints.clear();
        operation();
        administration();
        weight();
        configuredWeight();
        unchangedS();
        checkStatus();
        checkResult();
        port();
        checkPort();
        return complaints.isEmpty() ? null : String.join("", complaints);
    }

    private @Nullable String word(int index) {
        String word = words.get(index);
        return word.equals("-") ? null : word;
    }

    private int number(int index, String name, int most) {
        String word = words.get(index);
        long value = word.matches("[0-9]{1,12}") ? Long.parseLong(word) : -1;
        if (value < 0 || value > most) {
            complaints.add(", invalid " + name + " value '" + word + "'");
            return 0;
        }
        return (int) value;
    }
}
