// Runs a loop on several threads. Threads are made for each loop and end with it: a few hundredths of a millisecond each,
// and none spins while PyTorch's own threads work, as a second OpenMP pool would.
#pragma once
#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

// Calls body(i) for i = 0 … count − 1, in any order, on `threads` threads. The body must not throw.
template <class Body>
void ForEach(int count, int threads, const Body &body) {
    std::atomic<int> next{0};
    const auto work = [&] {
        for (int i = next++; i < count; i = next++) {
            body(i);
        }
    };
    std::vector<std::thread> others;
    for (int i = 1; i < std::min(threads, count); i++) {
        try {
            others.emplace_back(work);
        } catch (...) {
            break; // the system has no more threads: those there are do it
        }
    }
    work();
    for (std::thread &other : others) {
        other.join();
    }
}

// Calls body(begin, end) for stretches of 0 … count − 1.
template <class Body>
void ForStretches(int count, int threads, const Body &body) {
    constexpr int Stretch = 1024;
    ForEach((count + Stretch - 1) / Stretch, threads,
            [&](int i) { body(i * Stretch, std::min(count, (i + 1) * Stretch)); });
}
