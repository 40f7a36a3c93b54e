// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The test cases of a virtual router, numbered. A test that shows one carries {@code @Tag("vrrp-case-N")} or is called {@code
 * caseN…}, in this module or in those that use it; a case without a test is a gap.
 */
class FiftyFiveCasesTest {
    private static final List<String> CASES = List.of(
            "Priority 255 starts as Active, others as Backup",
            "Skew and down interval: version 3 by the received interval, version 2 by its own and in seconds",
            "Until somebody is heard the own interval counts",
            "Backup, priority 0: only the skew is left",
            "Backup, at least the own priority: timer and interval start anew",
            "Backup, lower, preempting: discarded, the timer runs on",
            "Backup, lower, nopreempt: accepted",
            "nopreempt takes over from silence only, after a fault and a reload too; equals never preempt",
            "Priority 255 ignores nopreempt",
            "preempt_delay runs from the first lower advertisement",
            "Active, priority 0: advertises at once and stays",
            "Active, higher: yields, and waits by the sender's interval",
            "Active, equal: the greater source address wins; the own one is ignored",
            "Active, lower: answered, or not, as configured",
            "Stopping: priority 0 before the address goes, nothing from a Backup",
            "Late timers: no double expiry, no burst, no faith in silence",
            "Two equal Backups that expire together: one is left within an interval",
            "Three routers: the skew orders the Backups",
            "A sync group moves together, faults too",
            "FAULT: entered, left when all is clear, silent",
            "Priority changes: in the next advertisement, in the skew",
            "Effective priority within 1..254",
            "Two owners",
            "Another interval by reload, without a change of the Active router",
            "A Backup answers no ARP or solicitation for the address and takes no packets for it",
            "Active answers with the virtual MAC where one is used",
            "IPv6: solicited-node groups, flags, link-local first, no duplicate detection",
            "Owner and accept mode",
            "The same VRID in the other family is another router",
            "TTL",
            "Checksums",
            "The other version",
            "Another type",
            "Counts, addresses, lengths and padding",
            "Intervals that differ",
            "Reserved bits and an interval of 0",
            "Passwords",
            "Own packets",
            "Other VRIDs on the same socket",
            "Multicast and unicast",
            "Strangers in unicast",
            "IP options",
            "Random bytes: no exception, no garbage",
            "auth_hmac",
            "Processes killed and stopped",
            "Addresses added and removed by others",
            "A dead node whose kernel answers must not draw the traffic",
            "Interfaces deleted, made again, renamed",
            "Lost kernel events are caught up with",
            "Adding what is there and deleting what is gone is success",
            "250 instances, 200 addresses",
            "A storm of reloads",
            "Beside keepalived in every form and role",
            "Steps of the clock",
            "Public configurations mean what keepalived makes of them");

    private static final Pattern TAG = Pattern.compile("@Tag\\(\"vrrp-case-(\\d+)\"\\)|(?=void case(\\d+)[A-Z])");
    private static final Pattern NAME = Pattern.compile("\\b(?:class|void) (\\w+)");

    @Test
    void eachHasATestThatIsNamedForIt() throws IOException {
        Map<Integer, List<String>> found = new TreeMap<>();
        for (Path source : sources()) {
            collect(Files.readString(source), found);
        }

        assertThat(CASES).hasSize(55);
        assertThat(found.keySet()).as("numbers that there are").allMatch(number -> number >= 1 && number <= 55);
        assertThat(IntStream.rangeClosed(1, 55)
                        .filter(number -> !found.containsKey(number))
                        .mapToObj(number -> number + " " + CASES.get(number - 1)))
                .as("cases without a test")
                .isEmpty();
    }

    private static void collect(String text, Map<Integer, List<String>> found) {
        Matcher tag = TAG.matcher(text);
        while (tag.find()) {
            Matcher name = NAME.matcher(text);
            String test = name.find(tag.end()) ? name.group(1) : "?";
            String number = tag.group(1) == null ? tag.group(2) : tag.group(1);
            found.computeIfAbsent(Integer.parseInt(number), key -> new ArrayList<>())
                    .add(test);
        }
    }

    /** Of all modules: what a guardian does is tested with it. */
    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : List.of("config", "vrrp", "node", "packaging")) {
            Path tests = Path.of("..", module, "src", "test", "java");
            if (Files.isDirectory(tests)) {
                try (Stream<Path> files = Files.walk(tests)) {
                    files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
                }
            }
        }
        return sources;
    }
}
